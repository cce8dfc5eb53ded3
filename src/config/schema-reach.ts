/** The part of the schema that says how keys are reached over the network. */
import { z } from 'zod'
import {
  parseCredentialHost,
  parseFieldValue,
  parseProxyUrl,
  parseRequestHeader,
} from '../settings/values/reach-texts.ts'
import { flag, text, textList } from './schema-leaf.ts'

/** Settings beside `jwks_url`, or beside none for discovery. */
export const REACH_SHAPE = {
  ca_file: text()
    .optional()
    .describe('PEM certificates that the server must be signed by; default: the system’s'),
  client_cert_file: text().optional().describe('client certificate in PEM, for servers that ask for one'),
  client_key_file: text().optional().describe('private key of the client certificate in PEM'),
  headers: z
    .record(text(parseRequestHeader), text(parseFieldValue))
    .optional()
    .describe('extra request headers; values are best written as ${file:…} or ${NAME}'),
  bearer_file: text()
    .optional()
    .describe('file with a token that is sent as `Authorization: Bearer`; read again at each fetch'),
  send_credentials_to: textList(parseCredentialHost)
    .optional()
    .describe(
      'hosts that are sent headers, bearer and client certificate too; default: the configured one alone',
    ),
  unix: text().optional().describe('unix socket that every request goes to'),
  proxy: text(parseProxyUrl).optional().describe('http:// URL of a proxy'),
  deny_private_addresses: flag()
    .optional()
    .describe('connect to public addresses only, checked after DNS; default false'),
} as const
