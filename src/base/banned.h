/*
 * banned.h - functions that have no place in this code, made not to compile.
 *
 * Forced into every file of the project by the build (-include), so nobody
 * has to remember it.  The system headers that declare these come first, or
 * their own declarations would break.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#ifndef __cplusplus
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef strtok_r
#undef sprintf
#undef vsprintf
#undef gets
#undef atoi
#undef atol
#undef atoll
#undef atof
#undef rand
#undef srand
#undef mktemp
#undef tmpnam
#undef alloca
#undef localtime
#undef gmtime
#undef ctime
#undef asctime
#define BANNED(f) f##_is_banned_see_base_banned_h
#define strcpy BANNED(strcpy)
#define strcat BANNED(strcat)
#define strncpy BANNED(strncpy)
#define strncat BANNED(strncat)
#define strtok BANNED(strtok)
#define strtok_r BANNED(strtok_r)
#define sprintf BANNED(sprintf)
#define vsprintf BANNED(vsprintf)
#define gets BANNED(gets)
#define atoi BANNED(atoi)
#define atol BANNED(atol)
#define atoll BANNED(atoll)
#define atof BANNED(atof)
#define rand BANNED(rand)
#define srand BANNED(srand)
#define mktemp BANNED(mktemp)
#define tmpnam BANNED(tmpnam)
#define alloca BANNED(alloca)
#define localtime BANNED(localtime)
#define gmtime BANNED(gmtime)
#define ctime BANNED(ctime)
#define asctime BANNED(asctime)
#endif

#endif
