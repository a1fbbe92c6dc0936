// The wallet: /wallet.
import { startApp } from '../ui/frame.tsx';
import { Wallet } from './wallet.tsx';

startApp(<Wallet />);
