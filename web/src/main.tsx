import { render } from 'preact';
import './style/tokens.css';
import './style/page.css';
import './style/header.css';
import './style/camera.css';
import './style/detail.css';
import './style/groups.css';
import './style/ledger.css';
import './style/stored.css';
import './style/moment.css';
import { LiveConnection } from './live/live-connection.ts';
import { LiveStore } from './live/live-store.ts';
import { PictureWall } from './picture/picture-wall.ts';
import { App } from './view/app.tsx';

const store = new LiveStore();
const wall = new PictureWall();
const url = new URL('ws', document.baseURI);
url.protocol = url.protocol.replace('http', 'ws');
url.hash = '';
const connection = new LiveConnection(url.href, {
  onState: (state) => store.setConnection(state),
  onText: (message) => {
    store.receive(message);
    if (message.type !== 'hello') return;
    document.title = message.title;
    wall.showScenes(message.scenes ?? {});
  },
  onFrame: (frame) => wall.receive(frame),
});
const root = document.getElementById('page');
if (root) render(<App store={store} wall={wall} connection={connection} />, root);
