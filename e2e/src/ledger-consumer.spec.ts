import {
  freezeConsumer,
  killBusyConsumer,
  killConsumer,
  killUnreadConsumer,
  restartConsumer,
} from './ledger/consumer-faults.js';
import { accountFor } from './ledger/account-for.js';

accountFor([killConsumer, killBusyConsumer, killUnreadConsumer, restartConsumer, freezeConsumer]);
