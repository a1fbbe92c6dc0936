// The payment PIN: a dialog with six places and a number pad, for phones, keyboards and screen readers alike. The digits
// live in this component's memory until they are complete and never stand in the page, where a password manager
// or an extension could read them: the field holds bullets.
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.tsx';
import './pin-dialog.css';

const places = [0, 1, 2, 3, 4, 5];
const bullet = '•';

export interface PinDialogProps {
  /** What is confirmed: amount, to whom, with what. */
  readonly children: ReactNode;
  /** While an answer is awaited, or when no PIN can help now. */
  readonly disabled: boolean;
  readonly wrong: boolean;
  /** What happened, announced at once. */
  readonly message: ReactNode;
  readonly onComplete: (pin: string) => void;
  /** Escape, or the button; null while it must not be left. */
  readonly onClose: (() => void) | null;
  /** Absent: asks for the payment PIN. */
  readonly title?: string;
}

export function PinDialog(props: PinDialogProps) {
  const { t } = useTranslation();
  const { onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // Before the pad takes the focus. Closing gives it back to the button that opened the dialog.
  useLayoutEffect(() => {
    const opened = dialog.current;
    if (opened?.open === false) opened.showModal();
    return () => opened?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      // A browser may close a dialog whose cancelling was refused; this one stays while an answer is awaited.
      onClose={() => (onClose === null ? dialog.current?.showModal() : onClose())}
    >
      <div className="sheet-head">
        <h2 id={title}>{props.title ?? t('pinTitle')}</h2>
        <button
          type="button"
          className="plain"
          aria-label={t('close')}
          disabled={onClose === null}
          onClick={() => onClose?.()}
        >
          <Icon name="cross" />
        </button>
      </div>
      <div className="sheet-what">{props.children}</div>
      <PinPad disabled={props.disabled} wrong={props.wrong} onComplete={props.onComplete}>
        <div className="sheet-message" aria-live="assertive">
          {props.message}
        </div>
      </PinPad>
    </dialog>
  );
}

/** The children stand between the places and the keys: a sheet that grows upwards leaves the keys where they are. */
export function PinPad(props: {
  disabled: boolean;
  wrong: boolean;
  onComplete: (pin: string) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const digits = useRef('');
  const [count, setCount] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const { disabled } = props;
  useEffect(() => {
    if (disabled) return;
    digits.current = '';
    setCount(0);
    input.current?.focus();
  }, [disabled]);
  const put = (next: string) => {
    if (disabled) return;
    const typed = next.slice(0, places.length);
    setCount(typed.length);
    const isComplete = typed.length === places.length;
    digits.current = isComplete ? '' : typed;
    if (isComplete) props.onComplete(typed);
  };
  return (
    <>
      <div className={`pin ${props.wrong ? 'wrong' : ''}`}>
        {places.map((place) => (
          <span key={place} aria-hidden="true" data-next={!disabled && place === count}>
            {place < count ? bullet : ''}
          </span>
        ))}
        <input
          ref={input}
          type="text"
          inputMode="none"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          data-1p-ignore="true"
          data-lpignore="true"
          data-bwignore="true"
          maxLength={places.length}
          aria-label={t('pinHint')}
          aria-invalid={props.wrong}
          disabled={disabled}
          value={bullet.repeat(count)}
          onChange={(event) => {
            // Bullets that are left stand for digits known; a Chinese keyboard may send full-width digits.
            const text = event.target.value.normalize('NFKC');
            const kept = text.split(bullet).length - 1;
            put(digits.current.slice(0, kept) + text.replace(/\D/g, ''));
          }}
        />
      </div>
      {props.children}
      <div className="keypad">
        {['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0', 'erase'].map((key) => (
          <Key
            key={key}
            face={key}
            disabled={disabled}
            onPress={() => put(key === 'erase' ? digits.current.slice(0, -1) : digits.current + key)}
          />
        ))}
      </div>
    </>
  );
}

function Key(props: { face: string; disabled: boolean; onPress: () => void }) {
  const { t } = useTranslation();
  const { face } = props;
  if (face === '') return <span />;
  const erases = face === 'erase';
  return (
    <button
      type="button"
      disabled={props.disabled}
      aria-label={erases ? t('erase') : undefined}
      // The field keeps the focus, so that pad and keyboard can be mixed.
      onPointerDown={(event) => event.preventDefault()}
      onClick={props.onPress}
    >
      {erases ? <Icon name="erase" size={24} /> : face}
    </button>
  );
}
