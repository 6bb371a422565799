import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import { Password } from './Password';

/** Asks for a password of one's own: until there is one, the server lets nobody in with one that somebody else knows. */
export function FirstPassword({ name }: { name: string }) {
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Yours was set by somebody else. Change it before you go on.">
          Choose a password
        </Header>
      }
    >
      <Password name={name} />
    </ContentLayout>
  );
}
