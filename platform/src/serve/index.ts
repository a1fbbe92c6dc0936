// The door of `tongbao serve`.

export { addStaff, type NewStaffOptions } from './add-staff.ts';
export { runServe } from './serve.ts';
