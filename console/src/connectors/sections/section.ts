import type { Form } from '../../parts/useForm';
import type { ConnectorDraft } from '../draft';

/** What every section of the editor works on. */
export interface Section {
  form: Form<ConnectorDraft>;
  issue: (field: string) => string | undefined;
  capability: (field: string) => string | undefined;
}
