import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import TokenGroup from '@cloudscape-design/components/token-group';
import { type ReactNode, useState } from 'react';
import { asLifetime, parseLifetime } from './duration';

interface Field {
  label: string;
  description?: ReactNode;
  hint?: ReactNode;
  error?: string;
  disabled?: boolean;
  stretch?: boolean;
}

const frame = ({ label, description, hint, error, stretch }: Field) => ({
  label,
  description,
  constraintText: hint,
  errorText: error,
  stretch,
});

type TextProps = Field & {
  value?: string | null;
  onChange: (value: string) => void;
  beside?: ReactNode;
} & Pick<InputProps, 'placeholder' | 'type' | 'autoFocus' | 'inputMode' | 'autoComplete'>;

/** One line of text. */
export function TextField(props: TextProps) {
  const { value, onChange, beside, placeholder, type, autoFocus, inputMode, autoComplete = false, disabled } = props;
  return (
    <FormField {...frame(props)} secondaryControl={beside}>
      <Input
        value={value ?? ''}
        onChange={({ detail }) => onChange(detail.value)}
        {...{ placeholder, type, autoFocus, inputMode, autoComplete, disabled }}
        spellcheck={false}
      />
    </FormField>
  );
}

type AreaProps = Field & { value?: string; onChange: (value: string) => void; rows?: number; mono?: boolean };

/** Several lines of text. */
export function AreaField(props: AreaProps) {
  return (
    <FormField {...frame(props)}>
      <div className={props.mono ? 'mono' : undefined}>
        <Textarea
          value={props.value ?? ''}
          onChange={({ detail }) => props.onChange(detail.value)}
          rows={props.rows ?? 3}
          disabled={props.disabled}
          spellcheck={!props.mono}
        />
      </div>
    </FormField>
  );
}

export interface Choice<Value extends string = string> {
  value: Value;
  label: string;
  description?: string;
  tags?: string[];
}

type ChoiceProps<Value extends string> = Field & {
  value?: Value;
  onChange: (value: Value) => void;
  choices: Choice<Value>[];
  placeholder?: string;
  find?: boolean;
};

/** One of several. */
export function ChoiceField<Value extends string>(props: ChoiceProps<Value>) {
  const { value, choices, onChange } = props;
  return (
    <FormField {...frame(props)}>
      <Select
        selectedOption={choices.find((choice) => choice.value === value) ?? null}
        options={choices}
        onChange={({ detail }) => onChange(detail.selectedOption.value as Value)}
        placeholder={props.placeholder ?? 'Choose'}
        filteringType={props.find ? 'auto' : 'none'}
        disabled={props.disabled}
        triggerVariant={choices.some((choice) => choice.description) ? 'option' : 'label'}
        empty="There is none yet"
      />
    </FormField>
  );
}

type LifetimeProps = Field & { seconds?: number; onChange: (seconds?: number) => void; placeholder?: string };

/** A length of time, typed as people write it: `90 min`, `12 h`. */
export function LifetimeField(props: LifetimeProps) {
  const [text, setText] = useState(props.seconds === undefined ? '' : asLifetime(props.seconds));
  const wrong = text.trim() !== '' && parseLifetime(text) === undefined;
  return (
    <FormField
      {...frame(props)}
      errorText={wrong ? 'Write a length of time such as 90 min, 1 h 30 min or 12 h.' : props.error}
    >
      <Input
        value={text}
        placeholder={props.placeholder}
        disabled={props.disabled}
        onChange={({ detail }) => {
          setText(detail.value);
          props.onChange(detail.value.trim() === '' ? undefined : parseLifetime(detail.value));
        }}
      />
    </FormField>
  );
}

type ListProps = Field & { values: string[]; onChange: (values: string[]) => void; placeholder?: string };

/** Several short texts, each added with Enter. */
export function ListField(props: ListProps) {
  const [text, setText] = useState('');
  const add = () => {
    const value = text.trim();
    if (value && !props.values.includes(value)) props.onChange([...props.values, value]);
    setText('');
  };
  return (
    <FormField {...frame(props)}>
      <Input
        value={text}
        placeholder={props.placeholder}
        disabled={props.disabled}
        onChange={({ detail }) => setText(detail.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.detail.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <TokenGroup
        items={props.values.map((value) => ({ label: value, dismissLabel: `Remove ${value}` }))}
        onDismiss={({ detail }) => props.onChange(props.values.filter((_, index) => index !== detail.itemIndex))}
      />
    </FormField>
  );
}

interface PairsProps {
  pairs: Record<string, string>;
  onChange: (pairs: Record<string, string>) => void;
  names: { key: string; value: string; add: string; empty: string };
  at?: number;
}

/** A map of texts. Rows are kept apart from the map, so that a key may be empty while it is being typed. */
export function Pairs({ pairs, onChange, names, at = 20 }: PairsProps) {
  const [rows, setRows] = useState(() => Object.entries(pairs));
  const update = (next: [string, string][]) => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([key]) => key.trim() !== '')));
  };
  const cell = (index: number, part: 0 | 1) => (
    <Input
      value={rows[index]?.[part] ?? ''}
      ariaLabel={`${part === 0 ? names.key : names.value} ${index + 1}`}
      onChange={({ detail }) =>
        update(
          rows.map((row, i) => (i === index ? (part === 0 ? [detail.value, row[1]] : [row[0], detail.value]) : row)),
        )
      }
    />
  );
  return (
    <AttributeEditor
      items={rows}
      addButtonText={names.add}
      removeButtonText="Remove"
      removeButtonAriaLabel={([key]) => `Remove ${key || 'row'}`}
      disableAddButton={rows.length >= at}
      empty={names.empty}
      onAddButtonClick={() => update([...rows, ['', '']])}
      onRemoveButtonClick={({ detail }) => update(rows.filter((_, index) => index !== detail.itemIndex))}
      definition={[
        { label: names.key, control: (_, index) => cell(index, 0) },
        { label: names.value, control: (_, index) => cell(index, 1) },
      ]}
    />
  );
}
