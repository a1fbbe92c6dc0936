// Words for what the doctor looks at: a name for each check in both languages, and its fixed texts in Chinese. A check that is new
// shows its own id and its English text until it has words here.
interface Name {
  readonly en: string;
  readonly zh: string;
}

const names: Readonly<Record<string, Name>> = {
  'settings.public-url': { en: 'Public address', zh: '公网地址' },
  'settings.owner-url': { en: 'Owner’s database URL', zh: '属主数据库连接' },
  'settings.serve-as-owner': { en: 'Serving as the owner', zh: '以属主身份运行' },
  'settings.notify-loopback': { en: 'Where notifications may go', zh: '通知可达范围' },
  'settings.trusted-proxies': { en: 'Trusted proxies', zh: '受信任的代理' },
  'database.reached': { en: 'Database', zh: '数据库' },
  'postgres.version': { en: 'PostgreSQL version', zh: 'PostgreSQL 版本' },
  'postgres.primary': { en: 'Primary server', zh: '主库' },
  'postgres.replica': { en: 'Replicas', zh: '备库' },
  'postgres.encryption': { en: 'Connection to the database', zh: '数据库连接加密' },
  'postgres.fsync': { en: 'fsync', zh: 'fsync' },
  'postgres.synchronous_commit': { en: 'synchronous_commit', zh: 'synchronous_commit' },
  'postgres.full_page_writes': { en: 'full_page_writes', zh: 'full_page_writes' },
  'postgres.autovacuum': { en: 'autovacuum', zh: 'autovacuum' },
  'postgres.data_checksums': { en: 'Data checksums', zh: '数据校验和' },
  'postgres.max_wal_size': { en: 'max_wal_size', zh: 'max_wal_size' },
  'postgres.checkpoint_timeout': { en: 'checkpoint_timeout', zh: 'checkpoint_timeout' },
  'postgres.shared_buffers': { en: 'shared_buffers', zh: 'shared_buffers' },
  'postgres.wal_compression': { en: 'wal_compression', zh: 'wal_compression' },
  'roles.serving': { en: 'Serving role', zh: '服务角色' },
  'roles.owns-nothing': { en: 'Serving role owns', zh: '服务角色所拥有' },
  'roles.rights': { en: 'Serving role’s rights', zh: '服务角色权限' },
  'roles.owner': { en: 'Owning role', zh: '属主角色' },
  'roles.append-only': { en: 'Append-only tables', zh: '只增不改的表' },
  'schema.release': { en: 'Schema', zh: '数据库结构' },
  'limits.sessions': { en: 'Sessions', zh: '数据库会话' },
  'limits.timeouts': { en: 'Timeouts', zh: '超时设置' },
  'limits.connections': { en: 'Connections', zh: '连接数' },
  'clocks.database': { en: 'Database’s clock', zh: '数据库时钟' },
  'clocks.serving': { en: 'Serving process’s clock', zh: '服务进程时钟' },
  'proxy.reached': { en: 'Public address from here', zh: '公网地址可达' },
  'proxy.forwarded-for': { en: 'Callers’ addresses', zh: '来访地址' },
  'proxy.host': { en: 'Host through the proxy', zh: '代理传递 Host' },
  'proxy.path': { en: 'Path through the proxy', zh: '代理传递路径' },
  'keys.file': { en: 'Key file', zh: '密钥文件' },
  'keys.read': { en: 'Keys', zh: '密钥' },
  'keys.same': { en: 'Keys and database', zh: '密钥与数据库' },
  'keys.master': { en: 'Master key', zh: '主密钥' },
  'keys.pepper': { en: 'Pepper', zh: '口令加盐密钥' },
  'keys.cashier': { en: 'Cashier key', zh: '收银台密钥' },
  'keys.identity': { en: 'Identity key', zh: '身份密钥' },
  'keys.gateway': { en: 'Gateway key', zh: '网关密钥' },
  'keys.log': { en: 'Audit log key', zh: '审计日志密钥' },
  'sms.service': { en: 'SMS service', zh: '短信服务' },
  'mail.server': { en: 'Mail server', zh: '邮件服务器' },
  'bank.connected': { en: 'Settlement bank', zh: '结算银行' },
  'bank.accounts': { en: 'Our accounts there', zh: '我方在该行的账户' },
  'registry.connected': { en: 'Registry of people and cards', zh: '身份与银行卡核验' },
  'switch.connected': { en: 'Card switch', zh: '银行卡交换系统' },
  'switch.line': { en: 'Line to the card switch', zh: '银行卡交换线路' },
  'rates.source': { en: 'Source of rates', zh: '汇率来源' },
  'rates.second': { en: 'Second feed of rates', zh: '第二汇率来源' },
  'rates.age': { en: 'Newest rates', zh: '最新汇率' },
  'rates.held': { en: 'Held rates', zh: '待确认汇率' },
  'work.log': { en: 'Sealing of the audit log', zh: '审计日志封存' },
  'work.deliveries': { en: 'Notifications', zh: '通知投递' },
  'work.waiting': { en: 'Waiting for a person', zh: '待人工处理' },
  'work.sessions': { en: 'Processes', zh: '进程' },
  'disk.database': { en: 'Size of the database', zh: '数据库大小' },
  'disk.temporary': { en: 'Room for temporary files', zh: '临时文件空间' },
  'disk.keys': { en: 'Room beside the key file', zh: '密钥文件所在磁盘空间' },
};

const chinese: Readonly<Record<string, string>> = {
  'not set here': '此处未设置',
  'not set': '未设置',
  set: '已设置',
  none: '无',
  nothing: '无',
  'it answers': '有应答',
  'takes changes': '可写入',
  'none is connected': '没有已连接的备库',
  'on this machine': '在本机',
  'the connection is not encrypted': '连接未加密',
  'no table of ours': '不拥有我方任何表',
  'it may read every table': '可以读取所有表',
  'it can only read and add to what is append-only': '对只增不改的表只能读取和追加',
  'this release’s': '与本版本一致',
  kept: '保持',
  'as serve sets them': '与 serve 所设一致',
  'no difference': '无偏差',
  unchanged: '未改变',
  'the proxy’s word is believed': '采信代理所述地址',
  'the proxy takes it out': '代理去掉了该信息',
  'the database’s': '与数据库一致',
  'from the environment': '来自环境变量',
  'everything is sealed': '已全部封存',
  'none yet': '尚无',
  'notifications go to public addresses only': '通知只发往公网地址',
  'sessions are mixed up': '会话被混用',
  'set; the command looks into its folders': '已设置；命令会查看其目录',
  'the history that comes along, which ends on 2025-01-03': '随附的历史汇率，截至 2025-01-03',
  'put TLS in front and an https:// address into TONGBAO_PUBLIC_URL: without it cookies are not Secure and browsers refuse passkeys':
    '请在前端启用 TLS，并把 https:// 地址填入 TONGBAO_PUBLIC_URL：否则 Cookie 不带 Secure，浏览器也拒绝通行密钥',
  'take it out of the environment of the machines that serve; only whoever migrates needs it':
    '请从运行服务的机器上去掉；只有执行迁移的人需要它',
  'take it out: it lets serve run with a role that could change the books':
    '请去掉：它允许服务以可改动账目的角色运行',
  'take it out unless a shop runs on this very machine': '除非商户就在本机运行，否则请去掉',
  'name the addresses of the proxies in front: until then all who come through one count as one network':
    '请填写前端代理的地址：否则经同一代理的所有人都算作同一网络',
  'PostgreSQL 16 or newer is needed': '需要 PostgreSQL 16 或更新版本',
  'run a replica, and try regularly to restore a backup: what is lost with this server’s disk is lost':
    '请运行备库，并定期试着恢复备份：否则这台服务器的磁盘一坏，数据就丢了',
  'add ?sslmode=verify-full to DATABASE_URL unless the network between is yours alone':
    '除非中间网络只属于您，请在 DATABASE_URL 后加 ?sslmode=verify-full',
  'set it to on in postgresql.conf: without it a crash of the machine can lose or tear what was paid':
    '请在 postgresql.conf 中设为 on：否则机器崩溃可能丢失或损坏已付款的数据',
  'stop the server and run pg_checksums --enable: a disk that forgets is then noticed':
    '请停库后运行 pg_checksums --enable：磁盘出错时才能发现',
  'max_wal_size = 8GB where many payments are expected': '交易量大时设 max_wal_size = 8GB',
  'a quarter of the machine’s memory': '设为机器内存的四分之一',
  'lz4 where the build has it, or off; never pglz': '有 lz4 就用 lz4，否则关闭；不要用 pglz',
  'run npm run migrate with TONGBAO_OWNER_DATABASE_URL: it sets the rights':
    '请带 TONGBAO_OWNER_DATABASE_URL 运行 npm run migrate：它会设置权限',
  'run npm run migrate with TONGBAO_OWNER_DATABASE_URL: it gives the serving role its rights':
    '请带 TONGBAO_OWNER_DATABASE_URL 运行 npm run migrate：它会授予服务角色权限',
  'DATABASE_URL has to name a role that only serves': 'DATABASE_URL 必须使用只用于服务的角色',
  'one role owns and migrates, another one serves: docs/guides/serve.md, Two roles':
    '一个角色拥有并迁移，另一个角色提供服务：见 docs/guides/serve.md“Two roles”',
  'let a role own the tables that is none': '请让非超级用户的角色拥有这些表',
  'a pooler is between: it must keep sessions (pool_mode = session)':
    '中间有连接池：必须保持会话（pool_mode = session）',
  'something between overrides what serve sets: take that out': '中间有程序改写了 serve 的设置：请去掉',
  'run NTP on both machines: ids, links and signed requests depend on the time':
    '请在两台机器上运行 NTP：编号、链接和签名请求都依赖时间',
  'start serve and the proxy; may this machine reach the public address?':
    '请启动 serve 和代理；本机能否访问公网地址？',
  'the certificate is not trusted from here: NODE_EXTRA_CA_CERTS may name the authority’s file':
    '本机不信任该证书：可用 NODE_EXTRA_CA_CERTS 指定颁发机构的文件',
  'let it say in X-Forwarded-For who calls': '请让代理在 X-Forwarded-For 中说明来访者',
  'if that is the proxy, name it in TONGBAO_TRUSTED_PROXIES; if nothing is in front, put a proxy with TLS there':
    '如果那是代理，请写入 TONGBAO_TRUSTED_PROXIES；如果前端没有代理，请放置一个带 TLS 的代理',
  'let the proxy pass the path on as it came (no decoding, no merging of slashes): it is signed':
    '请让代理原样传递路径（不解码、不合并斜杠）：路径参与签名',
  'TONGBAO_SMS_URL has to name your SMS service: without it nobody can sign in':
    '请用 TONGBAO_SMS_URL 指定短信服务：否则没有人能登录',
  'use https: codes and phone numbers pass there': '请使用 https：验证码和手机号会经过这里',
  'TONGBAO_BANK_FILES names the settlement bank: until then nobody is paid out':
    '请用 TONGBAO_BANK_FILES 指定结算银行：否则无法向商户付款',
  'TONGBAO_REGISTRY_URL names who knows people and cards: until then no real name is checked and no card is added':
    '请用 TONGBAO_REGISTRY_URL 指定身份与银行卡核验系统：否则无法核验实名，也无法添加银行卡',
  'are address, token and authority of the registry right?': '核验系统的地址、令牌和证书颁发机构正确吗？',
  'TONGBAO_SWITCH names the switch that cards’ debits go to: until then no card is added':
    '请用 TONGBAO_SWITCH 指定银行卡交换系统：否则无法添加银行卡',
  'use tls://, unless the line to the switch is safe by itself': '除非线路本身安全，否则请使用 tls://',
  'are host, port, TLS and who we are there right (TONGBAO_SWITCH…)?':
    '主机、端口、TLS 和我方标识（TONGBAO_SWITCH…）正确吗？',
  'TONGBAO_ECB_RATES names a file or URL of the day’s rates':
    '请用 TONGBAO_ECB_RATES 指定每日汇率的文件或网址',
  'the first order asks the source; then npm run tongbao -- rates list shows what there is':
    '第一笔订单会向来源查询；之后可用 npm run tongbao -- rates list 查看',
  'is the source reached? npm run tongbao -- rates list shows what there is':
    '能访问汇率来源吗？可用 npm run tongbao -- rates list 查看现有汇率',
  'look at Held rates in the console': '请查看控制台的“待确认汇率”',
  'npm run tongbao -- waiting list, or Waiting for a person':
    '请查看“待人工处理”，或运行 npm run tongbao -- waiting list',
  'is serve running? its first process seals, delivers and pays; look at its log':
    'serve 在运行吗？其首个进程负责封存、投递和付款；请查看其日志',
  'a process is frozen: end it; another one ends its sessions within seconds':
    '有进程卡住：请结束它；其他进程会在几秒内关闭其会话',
  'make room: a full disk stops exports, rotation of keys and the log’s files':
    '请腾出空间：磁盘写满会使导出、密钥轮换和日志文件停止',
};

export const nameOfCheck = (check: string, isChinese: boolean): string =>
  (isChinese ? names[check]?.zh : names[check]?.en) ?? check;

/** Texts with values that change: what stands in the brackets is put in the place of $1, $2. */
const withValues: readonly (readonly [RegExp, string])[] = [
  [/^(\d+) is used$/, '使用第 $1 号'],
  [/^since (.+)$/, '已用 $1'],
  [/^(\d+) former$/, '旧密钥 $1 把'],
  [/^(\d+) from (\S+) on$/, '第 $1 号自 $2 起启用'],
  [/^(.+), its owner’s alone$/, '$1，仅属主可读'],
  [/^others may read (.+)$/, '其他用户可读 $1'],
  [/^(\d+) wait for their time$/, '$1 条等待发送'],
  [/^(\d+) wait, (.+) late$/, '$1 条等待，已迟 $2'],
  [/^(\d+) wait for a person$/, '$1 项待人工处理'],
  [/^(\d+) wait for two people$/, '$1 项待两人确认'],
  [/^(\d+) wait for a process that has stopped$/, '$1 个会话在等待已停止的进程'],
  [/^(\d+) wait$/, '$1 条等待封存'],
  [/^the oldest row waits for (.+)$/, '最早一条已等待 $1'],
  [/^nothing was sealed for (.+), (\d+) wait$/, '已有 $1 未封存，$2 条等待'],
  [/^(\d+) open$/, '$1 个会话'],
  [/^(\d+) connected$/, '已连接 $1 个'],
  [/^(\d+), (\d+) taken$/, '上限 $1，已用 $2'],
  [/^(.+) free at (.+)$/, '$2 剩余 $1'],
  [/^of (\d{4}-\d\d-\d\d)$/, '$1 的汇率'],
  [/^of (\d{4}-\d\d-\d\d), (\d+) days old$/, '$1 的汇率，已 $2 天'],
  [/^of (\d{4}-\d\d-\d\d), (\d+) days old: nothing is converted$/, '$1 的汇率，已 $2 天：暂停兑换'],
];

export function textOfFinding(text: string, isChinese: boolean): string {
  if (!isChinese) return text;
  const fixed = chinese[text];
  if (fixed !== undefined) return fixed;
  // What is said of a key is a list: used, since when, former ones, the next one.
  if (/^\d+ is used, /.test(text))
    return text
      .split(', ')
      .map((part) => textOfFinding(part, true))
      .join('，');
  const [pattern, words] = withValues.find(([each]) => each.test(text)) ?? [];
  return pattern === undefined ? text : text.replace(pattern, words!);
}
