/** The arguments of the geo commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const geoArguments: Readonly<Record<string, string>> = {
  geoadd:
    'key:key#0 condition(!NX | !XX)?@6.2.0 change=CH?@6.2.0 data(longitude:double latitude:double member)*',
  'geoadd 7.0':
    'key:key#0 condition(!NX | !XX)?@6.2.0 change=CH?@6.2.0 longitude_latitude_member(longitude:double latitude:double member)*',
  geodist: 'key:key#0 member1 member2 unit(!M | !KM | !FT | !MI)?',
  geohash: 'key:key#0 member?*',
  'geohash 7.0': 'key:key#0 member*',
  geopos: 'key:key#0 member?*',
  'geopos 7.0': 'key:key#0 member*',
  georadius:
    'key:key#0 longitude:double latitude:double radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count-block(COUNT>count:int !ANY?@6.2.0)? order(!ASC | !DESC)? store(STORE>storekey:key#1/key | STOREDIST>storedistkey:key#2/key)?',
  'georadius 7.0':
    'key:key#0 longitude:double latitude:double radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count(COUNT>count:int !ANY?@6.2.0)? order(!ASC | !DESC)? STORE>key:key#1? STOREDIST>key:key#2?',
  georadius_ro:
    'key:key#0 longitude:double latitude:double radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count-block(COUNT>count:int !ANY?@6.2.0)? order(!ASC | !DESC)?',
  'georadius_ro 7.0':
    'key:key#0 longitude:double latitude:double radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count(COUNT>count:int !ANY?@6.2.0)? order(!ASC | !DESC)?',
  georadiusbymember:
    'key:key#0 member radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count-block(COUNT>count:int !ANY?)? order(!ASC | !DESC)? store(STORE>storekey:key#1/key | STOREDIST>storedistkey:key#2/key)?',
  'georadiusbymember 7.0':
    'key:key#0 member radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count(COUNT>count:int !ANY?)? order(!ASC | !DESC)? STORE>key:key#1? STOREDIST>key:key#2?',
  georadiusbymember_ro:
    'key:key#0 member radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count-block(COUNT>count:int !ANY?)? order(!ASC | !DESC)?',
  'georadiusbymember_ro 7.0':
    'key:key#0 member radius:double unit(!M | !KM | !FT | !MI) !WITHCOORD? !WITHDIST? !WITHHASH? count(COUNT>count:int !ANY?)? order(!ASC | !DESC)?',
  geosearch:
    'key:key#0 from(FROMMEMBER>member | FROMLONLAT>fromlonlat(longitude:double latitude:double)) by(circle(BYRADIUS>radius:double unit(!M | !KM | !FT | !MI)) | box(BYBOX>width:double height:double unit(!M | !KM | !FT | !MI))) order(!ASC | !DESC)? count-block(COUNT>count:int !ANY?)? !WITHCOORD? !WITHDIST? !WITHHASH?',
  'geosearch 7.0':
    'key:key#0 from(FROMMEMBER>member | FROMLONLAT>longitude_latitude(longitude:double latitude:double)) by(circle(BYRADIUS>radius:double unit(!M | !KM | !FT | !MI)) | box(BYBOX>width:double height:double unit(!M | !KM | !FT | !MI))) order(!ASC | !DESC)? count(COUNT>count:int !ANY?)? !WITHCOORD? !WITHDIST? !WITHHASH?',
  geosearchstore:
    'destination:key#0 source:key#1 from(FROMMEMBER>member | FROMLONLAT>fromlonlat(longitude:double latitude:double)) by(circle(BYRADIUS>radius:double unit(!M | !KM | !FT | !MI)) | box(BYBOX>width:double height:double unit(!M | !KM | !FT | !MI))) order(!ASC | !DESC)? count-block(COUNT>count:int !ANY?)? !STOREDIST?',
  'geosearchstore 7.0':
    'destination:key#0 source:key#1 from(FROMMEMBER>member | FROMLONLAT>longitude_latitude(longitude:double latitude:double)) by(circle(BYRADIUS>radius:double unit(!M | !KM | !FT | !MI)) | box(BYBOX>width:double height:double unit(!M | !KM | !FT | !MI))) order(!ASC | !DESC)? count(COUNT>count:int !ANY?)? !STOREDIST?',
};
