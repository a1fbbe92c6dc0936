// Keeps the bytes of a notification: its signature is over them.
export default {
  routes: [
    {
      matcher: '/hooks/tongbao',
      method: ['POST'],
      bodyParser: { preserveRawBody: true, sizeLimit: '256kb' },
    },
  ],
};
