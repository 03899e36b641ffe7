import { accountFor } from './ledger/account-for.js';
import { killPublisher, restartPublisher } from './ledger/publisher-faults.js';

accountFor([restartPublisher, killPublisher]);
