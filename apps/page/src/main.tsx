import { render } from 'preact';
import { keepSingleKeys } from './keyboard/single-keys.js';
import { LivePage } from './live-page.js';
import { Page } from './page.js';
import { applyTheme } from './theme/theme.js';

applyTheme();
keepSingleKeys();
const page = new LivePage();
const host = document.querySelector('#page');
if (host !== null) render(<Page page={page} />, host);
page.start();
