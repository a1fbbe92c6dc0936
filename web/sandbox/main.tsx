// The sandbox's start page: /.
import { startApp } from '../ui/frame.tsx';
import { Sandbox } from './sandbox.tsx';

void startApp(<Sandbox />, 'en');
