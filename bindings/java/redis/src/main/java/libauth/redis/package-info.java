/** A store for the tokens and messages of a fleet, in a Redis or a Valkey. */
package libauth.redis;
