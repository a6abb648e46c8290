/** Starts the page: the engine's worker first, because it takes longest, then what is seen. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startEngine } from '../state/engine_store';
import { App } from './App';
import { followLink } from './link_sync';
import './theme.css';
import './parts/controls.css';

startEngine();
followLink();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
