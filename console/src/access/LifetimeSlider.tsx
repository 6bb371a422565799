import FormField from '@cloudscape-design/components/form-field';
import Slider from '@cloudscape-design/components/slider';
import type { Lifetime } from '../api/types';
import { asLifetime, steps } from '../parts/duration';

interface Props {
  lifetime: Lifetime;
  value: number;
  onChange: (seconds: number) => void;
}

/** Chooses how long, among what is allowed, and says what sets the bound. */
export function LifetimeSlider({ lifetime, value, onChange }: Props) {
  const stops = steps(lifetime);
  const at = Math.max(
    0,
    stops.findLastIndex((stop) => stop <= value),
  );
  const because = lifetime.because_text && ` ${lifetime.because_text}`;
  if (stops.length < 2) {
    return (
      <FormField label="Lifetime" description={because}>
        {asLifetime(lifetime.max)}
      </FormField>
    );
  }
  return (
    <FormField
      label={`Lifetime: ${asLifetime(stops[at] ?? value)}`}
      description={`At most ${asLifetime(lifetime.max)}.${because ?? ''}`}
    >
      <Slider
        value={at}
        min={0}
        max={stops.length - 1}
        step={1}
        tickMarks
        valueFormatter={(index) => asLifetime(stops[index] ?? 0)}
        referenceValues={[]}
        ariaLabel="Lifetime"
        onChange={({ detail }) => onChange(stops[detail.value] ?? lifetime.default)}
      />
    </FormField>
  );
}
