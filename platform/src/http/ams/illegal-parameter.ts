// A request that this protocol calls PARAM_ILLEGAL: the message names the field.
export class IllegalParameter extends Error {
  constructor(field: string, problem: string) {
    super(field === '' ? problem : `${field}: ${problem}`);
    this.name = 'IllegalParameter';
  }
}
