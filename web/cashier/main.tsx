// The cashier: /cashier/<token>.
import { startApp } from '../ui/frame.tsx';
import { Cashier } from './cashier.tsx';

void startApp(<Cashier token={location.pathname.split('/').at(-1) ?? ''} />);
