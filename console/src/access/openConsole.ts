import { post } from '../api/client';
import type { Usable } from '../api/types';
import { client } from '../frame/client';
import { told } from '../parts/notices';

/**
 * Opens the AWS console as a connector. The window is opened at once, while the click still counts; the address of the
 * login, a secret for a quarter of an hour, goes straight into it and is kept nowhere.
 */
export async function openConsole(connector: Pick<Usable, 'id' | 'name'>): Promise<void> {
  const opened = window.open('about:blank', '_blank');
  try {
    const answer = await post('/connectors/{id}/console-url', { path: { id: connector.id }, body: {} });
    if (opened) {
      opened.opener = null;
      opened.location.replace(answer.url);
    } else {
      window.location.assign(answer.url);
    }
    told(`The console of ${connector.name} is open in a new tab.`);
    await client.invalidateQueries({ queryKey: ['/me', 'sessions'] });
  } catch (error) {
    opened?.close();
    throw error;
  }
}
