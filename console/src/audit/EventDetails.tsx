import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { AuditEvent } from '../api/types';
import { CodeBlock, Inline } from '../parts/Copyable';
import { Moment } from '../parts/Moment';
import { Result } from './Audit';
import { nameOf, sentence } from './words';

/** One event whole, with the line that finds the session in AWS's own records. */
export function EventDetails({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  const key = event.session?.access_key_id;
  return (
    <Modal
      visible
      size="large"
      header={sentence(event)}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'When', value: <Moment at={event.at} /> },
            { label: 'Result', value: <Result event={event} /> },
            { label: 'Who', value: `${nameOf(event.actor)} (${event.actor.type})` },
            { label: 'Action', value: <code>{event.action}</code> },
            { label: 'Connector', value: nameOf(event.connector) },
            { label: 'Target', value: nameOf(event.target) },
            { label: 'Allowed by', value: event.via ?? '–' },
            { label: 'Reason', value: event.reason ?? '–' },
            { label: 'From', value: event.client?.ip ?? '–' },
            { label: 'With', value: <span className="break">{event.client?.user_agent ?? '–'}</span> },
            { label: 'Event', value: <Inline text={event.id} what="event ID" /> },
            { label: 'AWS request', value: <Inline text={event.upstream_request_id} what="request ID of AWS" /> },
            { label: 'Fingerprint', value: <code className="break">{event.hash}</code> },
          ]}
        />
        {key && (
          <SpaceBetween size="xs">
            <Box>What this session then did, in CloudTrail:</Box>
            <CodeBlock
              what="CloudTrail command"
              text={`aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${key}`}
            />
          </SpaceBetween>
        )}
        {event.detail && <CodeBlock what="details" text={event.detail} />}
      </SpaceBetween>
    </Modal>
  );
}
