import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import type { Conditions, Grant } from '../api/types';
import { ListField, TextField } from '../parts/fields';
import { DAYS, dayName, endOf, lastDay } from './conditions';

interface Props {
  grant: Grant;
  name: string;
  onChange: (grant: Grant) => void;
  onClose: () => void;
}

const WORK_WEEK = { days: DAYS.slice(0, 5), from: '08:00', to: '18:00' };
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When, from where and how strongly signed in a grant holds. */
export function ConditionsDialog({ grant, name, onChange, onClose }: Props) {
  const [conditions, setConditions] = useState<Conditions>(grant.conditions);
  const [until, setUntil] = useState(lastDay(grant));
  const { hours, cidrs = [], mfa } = conditions;
  const change = (part: Partial<Conditions>) => setConditions((old) => ({ ...old, ...part }));
  const end = endOf(grant, until);
  const save = () => {
    // What is no day must not become a grant without an end.
    if (end !== undefined) onChange({ ...grant, conditions, expires_at: end ?? undefined });
  };
  return (
    <Modal
      visible
      header={`Conditions of ${name}`}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" formAction="none" onClick={save}>
              Apply
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <Toggle
          checked={Boolean(hours)}
          onChange={({ detail }) => change({ hours: detail.checked ? { ...WORK_WEEK, timezone: zone() } : undefined })}
        >
          Only at certain hours
        </Toggle>
        {hours && (
          <SpaceBetween size="s">
            <FormField label="Days">
              <SpaceBetween direction="horizontal" size="s">
                {DAYS.map((one) => (
                  <Checkbox
                    key={one}
                    checked={hours.days.includes(one)}
                    onChange={({ detail }) =>
                      change({
                        hours: {
                          ...hours,
                          days: DAYS.filter((d) => (d === one ? detail.checked : hours.days.includes(d))),
                        },
                      })
                    }
                  >
                    {dayName(one)}
                  </Checkbox>
                ))}
              </SpaceBetween>
            </FormField>
            <ColumnLayout columns={3}>
              <TextField label="From" value={hours.from} onChange={(from) => change({ hours: { ...hours, from } })} />
              <TextField label="To" value={hours.to} onChange={(to) => change({ hours: { ...hours, to } })} />
              <TextField
                label="Time zone"
                value={hours.timezone}
                onChange={(timezone) => change({ hours: { ...hours, timezone } })}
              />
            </ColumnLayout>
          </SpaceBetween>
        )}
        <ListField
          label="Networks"
          description="Empty: from anywhere."
          placeholder="10.0.0.0/8"
          values={cidrs}
          onChange={(list) => change({ cidrs: list.length > 0 ? list : undefined })}
        />
        <Toggle checked={Boolean(mfa)} onChange={({ detail }) => change({ mfa: detail.checked ? 10 : undefined })}>
          A second factor, proven lately
        </Toggle>
        {mfa && (
          <TextField
            label="Within minutes"
            hint="Empty: at any time of the sign-in."
            inputMode="numeric"
            value={mfa === true ? '' : String(mfa)}
            onChange={(value) => change({ mfa: Number.parseInt(value, 10) || true })}
          />
        )}
        <TextField
          label="Last day"
          hint="Empty: no end. Written as 2027-03-31, UTC."
          value={until}
          onChange={setUntil}
          error={end === undefined ? 'Write a day such as 2027-03-31, or nothing.' : undefined}
        />
      </SpaceBetween>
    </Modal>
  );
}
