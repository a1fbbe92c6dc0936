// The audit: /audit.
import { startApp } from '../ui/frame.tsx';
import { Audit } from './audit.tsx';

void startApp(<Audit />, 'en');
