#!/bin/sh
# Make the recorded keystores again: see README.md.
set -eu
cd "$(dirname "$0")"
rm -f ./*.p12 ./*.jks ./*.tmp
tool() { keytool -J-Duser.language=en -storepass changeit -noprompt "$@" 2>/dev/null; }
pair() { store=$1 alias=$2 name=$3; shift 3
         tool -genkeypair -keyalg RSA -keysize 2048 -validity 36000 -keystore "$store" -alias "$alias" -dname "CN=$name, O=test" "$@"; }
sign() { # AUTHORITY STORE ALIAS: have the key in STORE signed
    tool -certreq -keystore "$2" -alias "$3" -file request.tmp
    tool -gencert -keystore authorities.tmp -alias "$1" -infile request.tmp -outfile signed.tmp -validity 36000
    tool -exportcert -rfc -keystore authorities.tmp -alias "$1" -file "$1.tmp"
    tool -importcert -keystore "$2" -alias "$1-for-now" -file "$1.tmp"
    tool -importcert -keystore "$2" -alias "$3" -file signed.tmp
    tool -delete -keystore "$2" -alias "$1-for-now"
}

pair keytool.p12 rmi keytool -storetype PKCS12
pair legacy.p12 rmi legacy -storetype PKCS12 -J-Dkeystore.pkcs12.legacy
pair keytool.jks rmi jks -storetype JKS -keypass changeit
pair authorities.tmp ca authority -ext bc:c -storetype PKCS12
pair authorities.tmp second second -ext bc:c -storetype PKCS12
pair many.p12 other other -storetype PKCS12
pair many.p12 rmi signed
pair many.p12 chained chained
sign ca many.p12 rmi
sign second many.p12 chained
tool -importcert -keystore many.p12 -alias ca -file ca.tmp
tool -importkeystore -srckeystore many.p12 -srcstorepass changeit -destkeystore many.jks -deststoretype JKS
rm -f ./*.tmp
