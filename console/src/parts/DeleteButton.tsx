import Button from '@cloudscape-design/components/button';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type Collection, drop, type Stored } from '../api/collections';
import { useGo } from '../frame/follow';
import { Confirm } from './Confirm';
import { told } from './notices';

interface Props {
  /** Of the collection. Its page of the console has the same address, unless told. */
  path: Collection;
  page?: string;
  thing: Stored & { name: string };
  /** What goes with it, and what stays. */
  children: ReactNode;
}

/** The Delete button of an editor: asks, deletes, goes back to the list. */
export function DeleteButton({ path, page = path, thing, children }: Props) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const go = useGo();
  return (
    <>
      <Button formAction="none" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <Confirm
          title={`Delete ${thing.name}?`}
          verb="Delete"
          onClose={() => setAsking(false)}
          act={async () => {
            await drop(path, thing.id, thing.revision);
            await go(page, { evenUnsaved: true });
            client.removeQueries({ queryKey: [path, 'one', thing.id] });
            await client.invalidateQueries({ queryKey: [path] });
            told(`${thing.name} has been deleted.`);
          }}
        >
          {children}
        </Confirm>
      )}
    </>
  );
}
