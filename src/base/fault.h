/*
 * fault.h - places where a test may kill the process.
 *
 *     FAULT("keeper-claim-before-fsync");
 *
 * In a build with -Dfaults=true, the environment variable PETITIOND_FAULT
 * names one place and which pass over it is the last: "NAME:3" dies of
 * SIGKILL at the third.  With PETITIOND_FAULT_ONCE=FILE it dies only if it
 * can remove FILE first, so that the restarted role lives.  In every other
 * build FAULT is nothing at all.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef PETITIOND_FAULTS
void fault_point(const char *name);
#define FAULT(name) fault_point("" name "")
#else
#define FAULT(name) ((void)0)
#endif

#endif
