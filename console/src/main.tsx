import '@cloudscape-design/global-styles/index.css';
import './frame/style.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from './frame/client';
import { router } from './frame/router';
import { startTheme } from './frame/theme';

startTheme();

// After an upgrade the parts of the old console are gone: load the new one, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('regent.reloaded')) return;
  sessionStorage.setItem('regent.reloaded', 'yes');
  event.preventDefault();
  window.location.reload();
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
