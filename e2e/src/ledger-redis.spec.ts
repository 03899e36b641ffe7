import { accountFor } from './ledger/account-for.js';
import {
  crashRedis,
  cutSubscriber,
  freezeRedis,
  freezeRedisShortly,
  restartRedis,
} from './ledger/redis-faults.js';

accountFor([restartRedis, crashRedis, cutSubscriber, freezeRedisShortly, freezeRedis]);
