/* The header, alone and twice. */
#include <libauth.h>
#include <libauth.h>

int main(void) { return LIBAUTH_OK; }
