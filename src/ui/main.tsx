/** Starts the page: the engine's worker first, because it takes longest, then what is seen. */
// Styles in the order in which they may override each other: tokens, shared controls, then what uses them.
import './theme.css';
import './parts/controls.css';
import './parts/panel.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startEngine } from '../state/engine_store';
import { App } from './App';
import { followLink } from './link_sync';
import { guardUnload } from './unload_guard';

startEngine();
followLink();
guardUnload(window);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
