#!/usr/bin/env bash
# SPDX-License-Identifier: EPL-2.0
# Puts what a security officer's desk needs into a Dogtag PKI that is set up: a group of officers with two of them in the directory, a second
# authenticator that looks there, and the officers' profiles asking it. Doing it twice does no harm. docs/officer.md says the same in words.
#
#   ESC_DOGTAG_DIR   folder with root/ (a chroot that holds Dogtag and its directory); without it this machine is meant
#   ESC_DOGTAG_SETUP a script that takes "stop" and "start"; without it the instance is stopped and started by systemctl
#   DOGTAG_BASE, DOGTAG_LDAP, DOGTAG_PW, DOGTAG_INSTANCE: directory suffix, port, its manager's password, name of the instance
set -euo pipefail
BASE=${DOGTAG_BASE:-dc=example,dc=com} LDAP=${DOGTAG_LDAP:-13389} PW=${DOGTAG_PW:-Secret.123} INST=${DOGTAG_INSTANCE:-pki-tomcat}
ROOT=${ESC_DOGTAG_DIR:+$ESC_DOGTAG_DIR/root}
CFG=$ROOT/etc/pki/$INST/tps/CS.cfg

run() {
  if [ -n "$ROOT" ]; then
    chroot "$ROOT" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
  else
    "$@"
  fi
}
# the password goes by a file that only its owner reads, never among the arguments of a program
secret=$(run mktemp); trap 'run rm -f "$secret"' EXIT
printf %s "$PW" > "$ROOT$secret"
# 68: it is there already; 20: the value is there already
add() { run ldapadd -c -x -H "ldap://localhost:$LDAP" -D 'cn=Directory Manager' -y "$secret" > /dev/null 2>&1 || [ $? = 68 ]; }
change() { run ldapmodify -c -x -H "ldap://localhost:$LDAP" -D 'cn=Directory Manager' -y "$secret" > /dev/null 2>&1 || [ $? = 20 ]; }

# one change at a time, so that what is there already keeps nothing else from being done
add <<L
dn: ou=Groups,$BASE
objectClass: organizationalUnit
ou: Groups
L
add <<L
dn: cn=TUS Officers,ou=Groups,$BASE
objectClass: groupOfUniqueNames
cn: TUS Officers
L
for officer in olivia oscar; do
  add <<L
dn: uid=$officer,cn=TUS Officers,ou=Groups,$BASE
objectClass: inetOrgPerson
uid: $officer
cn: ${officer^} Officer
sn: Officer
givenName: ${officer^}
mail: $officer@example.com
userPassword: $PW
L
done
# who may be read: officers, and of people what a desk shows
change <<L
dn: ou=Groups,$BASE
changetype: modify
add: aci
aci: (targetattr="objectClass || cn || uid || sn || givenName || mail || uniqueMember || member || memberUid")(version 3.0; acl "officers"; allow (read,search,compare) userdn="ldap:///anyone";)
L
change <<L
dn: ou=people,$BASE
changetype: modify
add: aci
aci: (targetattr="jpegPhoto || telephoneNumber || title || employeeNumber")(version 3.0; acl "desk"; allow (read,search) userdn="ldap:///anyone";)
L

set_all() {
  # NAME=VALUE lines on stdin: replaced where they are, else added
  local line name
  while IFS= read -r line; do
    name=${line%%=*}
    awk -v n="$name=" 'index($0, n) != 1' "$CFG" > "$CFG.officers"
    printf '%s\n' "$line" >> "$CFG.officers"
    cat "$CFG.officers" > "$CFG" # its owner and rights stay
  done
  rm -f "$CFG.officers"
}
wanted() {
  local t
  # as delivered the soClean profiles write an empty issuer address, which this server refuses to itself ("setIssuerInfo: Invalid input data")
  sed -n 's/^auths\.instance\.ldap1\.\(.*\)/auths.instance.ldap2.\1/p' "$CFG" | grep -v -e '\.ldap\.basedn=' -e '\.ui\.title\.' -e '\.ui\.description\.'
  cat <<C
auths.instance.ldap2.ldap.basedn=cn=TUS Officers,ou=Groups,$BASE
auths.instance.ldap2.ui.title.en=Security officers
auths.instance.ldap2.ui.description.en=This authenticates security officers.
op.enroll.soKey.auth.id=ldap2
op.enroll.soKeyTemporary.auth.id=ldap2
op.format.soKey.auth.id=ldap2
op.pinReset.soKey.auth.id=ldap2
op.format.soCleanUserToken.issuerinfo.enable=false
op.format.soCleanSOToken.issuerinfo.enable=false
target.Profiles.list=userKey,userKeyTemporary,soKey,soKeyTemporary,soCleanUserToken,soUserKey,cleanToken,soCleanSOToken,tokenKey
mappingResolver.enrollProfileMappingResolver.mapping.order=0,1,3,4,2
C
  for t in 3:userKeyTemporary 4:soKeyTemporary; do
    # asked for by name while the own token is suspended, the server wants to be told of the profile for temporary tokens once more
    # the third key as delivered, "auth", asks the CA for a device certificate without saying which device, and is refused
    cat <<C
op.enroll.${t##*:}.temporaryToken.tokenType=${t##*:}
op.enroll.${t##*:}.keyGen.keyType.num=2
op.enroll.${t##*:}.keyGen.keyType.value.0=signing
op.enroll.${t##*:}.keyGen.keyType.value.1=encryption
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.appletMajorVersion=
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.appletMinorVersion=
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.tokenATR=
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.tokenCUID.end=
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.tokenCUID.start=
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.filter.tokenType=${t##*:}
mappingResolver.enrollProfileMappingResolver.mapping.${t%%:*}.target.tokenType=${t##*:}
C
  done
}
new=$(wanted)
if [ "$(grep -Fxc -f <(printf '%s\n' "$new") "$CFG" || true)" -ge "$(printf '%s\n' "$new" | wc -l)" ]; then
  echo "officers are set up already"
  exit 0
fi
# a running server writes its settings over ours
run systemctl stop "pki-tomcatd@$INST"
printf '%s\n' "$new" | set_all
if [ -n "${ESC_DOGTAG_SETUP:-}" ]; then DOGTAG_DIR=$ESC_DOGTAG_DIR "$ESC_DOGTAG_SETUP" start; else run systemctl start "pki-tomcatd@$INST"; fi
echo "officers are set up"
