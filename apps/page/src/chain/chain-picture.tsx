import { Icon } from '../icon.js';
import { usePage } from '../live-page.js';
import { count } from '../words/numbers.js';
import { timeOf } from '../words/times.js';
import { type ChainNode, chainNodes } from './chain-nodes.js';

/** The way of a message as a picture: who is connected to whom, and since when. */
export function ChainPicture() {
  const page = usePage();
  const nodes = chainNodes(page.chain.value, page.connection.value);
  return (
    <section class="chain" aria-label="The way of a message">
      <ol>
        <Stop nodes={[nodes.redis]} />
        <Stop nodes={nodes.publishers} hidden={nodes.hidden} />
        <Stop nodes={[nodes.consumer]} />
        <Stop nodes={[nodes.page]} />
      </ol>
    </section>
  );
}

function Stop({ nodes, hidden = 0 }: { nodes: readonly ChainNode[]; hidden?: number }) {
  return (
    <li class="stop">
      <div class="nodes">
        {nodes.map((node, index) => (
          <Node key={index} node={node} />
        ))}
        {hidden > 0 && <p class="hidden-nodes">and {count(hidden, 'more publisher')}</p>}
      </div>
    </li>
  );
}

function Node({ node: { name, tone, words, since, more } }: { node: ChainNode }) {
  return (
    <div class={`node ${tone}`}>
      <Icon name={tone} />
      <p>
        <b title={name}>{name}</b>
        <span class="node-words">
          {words} {since !== null && <span class="since">since {timeOf(since, Date.now())}</span>}
          {more !== undefined && `, ${more}`}
        </span>
      </p>
    </div>
  );
}
