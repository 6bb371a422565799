import type { Form } from '../../parts/useForm';

/** What every section of the editor works on. */
export interface Section {
  form: Form<'/connectors'>;
  issue: (field: string) => string | undefined;
  capability: (field: string) => string | undefined;
}
