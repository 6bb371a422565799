import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useMe } from '../api/session';
import { Bare } from '../frame/Bare';

interface Props {
  title: string;
  children: ReactNode;
}

/** A page that asks one question before something outside of it goes on. */
export function Handover({ title, children }: Props) {
  const me = useMe();
  return (
    <Bare>
      <Container header={<Header variant="h1">{title}</Header>}>
        <SpaceBetween size="l">
          {children}
          {me && (
            <Box color="text-body-secondary" fontSize="body-s">
              Signed in as {me.display_name || me.name}
            </Box>
          )}
        </SpaceBetween>
      </Container>
    </Bare>
  );
}
