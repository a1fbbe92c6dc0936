// Choosing a PIN: typed twice on the pad; the digits are in memory only until the server has them.
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { StepHeading } from '../ui/frame.tsx';
import { PinPad } from '../ui/pin-dialog.tsx';

export function NewPin<Answer>(props: {
  title: string;
  save: (newPin: string) => Promise<Answer>;
  onDone: (answer: Answer) => void;
}) {
  const { t } = useTranslation();
  const first = useRef('');
  const second = useRef('');
  const [stage, setStage] = useState<'first' | 'again'>('first');
  const [differ, setDiffer] = useState(false);
  const save = useMutation({
    mutationFn: () => {
      const pin = second.current;
      first.current = '';
      second.current = '';
      return props.save(pin);
    },
    onSuccess: props.onDone,
    onError: () => setStage('first'),
  });
  const complete = (pin: string) => {
    if (stage === 'first') {
      first.current = pin;
      setDiffer(false);
      save.reset();
      setStage('again');
      return;
    }
    if (pin !== first.current) {
      first.current = '';
      setDiffer(true);
      setStage('first');
      return;
    }
    second.current = pin;
    save.mutate();
  };
  const isWeak = isRefusal(save.error, 'PIN_WEAK');
  return (
    <div className="inline-pad">
      <StepHeading level={1}>{props.title}</StepHeading>
      <p className="muted lead">{stage === 'first' ? t('setPinText') : t('setPinAgain')}</p>
      <PinPad key={stage} disabled={save.isPending} wrong={differ || isWeak} onComplete={complete}>
        <div className="sheet-message" aria-live="assertive">
          {differ && <p className="note bad">{t('pinsDiffer')}</p>}
          {save.error !== null && <p className="note bad">{errorText(save.error, t)}</p>}
        </div>
      </PinPad>
    </div>
  );
}
