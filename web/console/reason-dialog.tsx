// An act of staff: what is done, and why; the reason goes into the trail. A refusal stays in the dialog.
import { Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from './ask.ts';
import { TellDialog } from './tell-dialog.tsx';

interface Typed {
  readonly reason: string;
}

export function ReasonDialog<More extends object, Answer = unknown>(props: {
  readonly title: string;
  /** Where the act is sent. */
  readonly path: string;
  /** What goes with the reason. */
  readonly body?: object;
  /** Fields of `More` that are asked for beside the reason, with what they begin with. */
  readonly fields?: ReactNode;
  readonly begin?: More;
  /** What is sent of what was typed; absent: all of it as it is. */
  readonly shape?: (typed: Typed & More) => object;
  /** What it is about, above the fields. */
  readonly children?: ReactNode;
  /** Another text than the server's for a refusal. */
  readonly refusal?: (error: unknown) => string;
  /** After everything was asked anew: what a process still remembers otherwise for a moment is shown as it was accepted. */
  readonly onDone?: (typed: Typed & More) => void;
  readonly onAnswer?: (answer: Answer) => void;
  readonly leave: () => void;
}) {
  const say = useWords();
  return (
    <TellDialog<Typed & More, Answer>
      title={props.title}
      path={props.path}
      body={props.body}
      begin={props.begin as Partial<Typed & More> | undefined}
      shape={props.shape}
      about={props.children}
      refusal={props.refusal}
      onDone={(answer, typed) => {
        props.onAnswer?.(answer);
        props.onDone?.(typed);
      }}
      leave={props.leave}
    >
      {props.fields}
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, message: say('reasonNeeded') }]}
      >
        <Input.TextArea rows={3} maxLength={500} showCount autoFocus />
      </Form.Item>
    </TellDialog>
  );
}
