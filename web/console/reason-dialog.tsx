// An act of staff: what is done, and why; the reason goes into the trail. A refusal stays in the dialog.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Input, Modal } from 'antd';
import type { ReactNode } from 'react';
import { tell, useWords } from './ask.ts';

interface Typed {
  readonly reason: string;
}

export function ReasonDialog<More extends object>(props: {
  readonly title: string;
  /** Where the act is sent. */
  readonly path: string;
  /** What goes with the reason. */
  readonly body?: object;
  /** Fields of `More` that are asked for beside the reason, with what they begin with. */
  readonly fields?: ReactNode;
  readonly begin?: More;
  /** What it is about, above the fields. */
  readonly children?: ReactNode;
  /** Another text than the server's for a refusal. */
  readonly refusal?: (error: unknown) => string;
  /** After everything was asked anew: what a process still remembers otherwise for a moment is shown as it was accepted. */
  readonly onDone?: (typed: Typed & More) => void;
  readonly leave: () => void;
}) {
  const say = useWords();
  const queries = useQueryClient();
  const [form] = Form.useForm<Typed & More>();
  const doing = useMutation({
    mutationFn: (typed: Typed & More) => tell(props.path, { ...props.body, ...typed }),
    onSuccess: async (_, typed) => {
      await queries.invalidateQueries();
      props.onDone?.(typed);
      props.leave();
    },
  });
  const { error } = doing;
  return (
    <Modal
      open
      title={props.title}
      onCancel={props.leave}
      okText={say('confirm')}
      cancelText={say('cancel')}
      confirmLoading={doing.isPending}
      onOk={() => form.submit()}
    >
      {props.children}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(typed) => doing.mutate(typed)}
        {...(props.begin === undefined ? {} : { initialValues: props.begin })}
      >
        {props.fields}
        <Form.Item
          name="reason"
          label={say('reason')}
          rules={[{ required: true, whitespace: true, message: say('reasonNeeded') }]}
        >
          <Input.TextArea rows={3} maxLength={500} showCount autoFocus />
        </Form.Item>
        {error !== null && <Alert type="error" showIcon title={props.refusal?.(error) ?? error.message} />}
      </Form>
    </Modal>
  );
}
