/** The arguments of the connection commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const connectionArguments: Readonly<Record<string, string>> = {
  auth: 'username?@6.0.0 password',
  'client|caching': 'mode(!YES | !NO)',
  'client|kill':
    'filter(old-format/"ip:port"~2.8.12 | new-format(ID>client-id:int?@2.8.12 | TYPE>client-type(!NORMAL | !MASTER@3.2.0 | !SLAVE | !REPLICA@5.0.0 | !PUBSUB)?@2.8.12 | USER>username? | ADDR>addr/"ip:port"? | LADDR>laddr/"ip:port"?@6.2.0 | SKIPME>skipme(!YES | !NO)?)*)',
  'client|kill 7.0':
    'filter("ip:port"~2.8.12 | new-format(ID>client-id:int?@2.8.12 | TYPE>normal_master_slave_pubsub(!NORMAL | !MASTER@3.2.0 | !SLAVE | !REPLICA@5.0.0 | !PUBSUB)?@2.8.12 | USER>username? | ADDR>"ip:port"? | LADDR>"ip:port"?@6.2.0 | SKIPME>"yes/no"?)*)',
  'client|list': 'TYPE>client-type(!NORMAL | !MASTER | !REPLICA | !PUBSUB)?@5.0.0 ID>client-id:int?*@6.2.0',
  'client|list 7.0':
    'TYPE>normal_master_replica_pubsub(!NORMAL | !MASTER | !REPLICA | !PUBSUB)?@5.0.0 ID>id(client-id:int*)?@6.2.0',
  'client|no-evict': 'enabled(!ON | !OFF)',
  'client|no-touch': 'enabled(!ON | !OFF)',
  'client|pause': 'timeout:int mode(!WRITE | !ALL)?@6.2.0',
  'client|reply': 'action(!ON | !OFF | !SKIP)',
  'client|reply 7.0': 'on_off_skip(!ON | !OFF | !SKIP)',
  'client|setinfo': 'attr(LIB-NAME>libname | LIB-VER>libver)',
  'client|setname': 'connection-name',
  'client|tracking':
    'status(!ON | !OFF) REDIRECT>client-id:int? PREFIX>prefix?+ !BCAST? !OPTIN? !OPTOUT? !NOLOOP?',
  'client|unblock': 'client-id:int unblock-type(!TIMEOUT | !ERROR)?',
  'client|unblock 7.0': 'client-id:int timeout_error(!TIMEOUT | !ERROR)?',
  echo: 'message',
  hello: 'arguments(protover:int AUTH>auth(username password)? SETNAME>clientname?)?',
  'hello 7.0': 'arguments(protover:int AUTH>username_password(username password)? SETNAME>clientname?)?',
  ping: 'message?',
  select: 'index:int',
};
