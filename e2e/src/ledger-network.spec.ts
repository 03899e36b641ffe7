import { accountFor } from './ledger/account-for.js';
import {
  blackHole,
  cutConnection,
  deliverSlowly,
  refuseConnections,
  throttleConnection,
} from './ledger/network-faults.js';

accountFor([cutConnection, refuseConnections, blackHole, throttleConnection, deliverSlowly]);
