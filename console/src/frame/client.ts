import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem } from '../api/client';
import { sessionQuery } from '../api/session';

const ATTEMPTS = 2;

// A login that has ended shows the sign-in over whatever was open, and leads back to it; a password that somebody else has
// set meanwhile, the form that changes it.
function noticeEndOfLogin(error: unknown) {
  const { code } = asProblem(error);
  if (code === 'login_required' || code === 'login_expired') {
    client.setQueryData(sessionQuery.queryKey, { signed_in: false });
  }
  if (code === 'password_change_required') void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

export const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEndOfLogin }),
  mutationCache: new MutationCache({ onError: noticeEndOfLogin }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused once is refused again; what did not arrive may arrive.
      retry: (failures, error) => {
        const { status } = asProblem(error);
        return failures < ATTEMPTS && (status === 0 || status === 502 || status === 503);
      },
    },
  },
});
