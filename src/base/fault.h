/*
 * fault.h - places where a test may kill the process.
 *
 *     FAULT("keeper-claim-before-fsync");
 *
 * In a build with -Dfaults=true there are two ways to choose the place:
 *
 *  - the environment variable PETITIOND_FAULT names it and which pass over it
 *    is the last: "NAME:3" dies of SIGKILL at the third;
 *  - PETITIOND_FAULT_FD is an inherited descriptor of a struct fault_page,
 *    which the tester has mapped as well.  It may arm a place at any time;
 *    whoever passes it for the last time disarms it and dies, so that the
 *    process that comes next lives.  No file is touched, so it works behind
 *    every fence.
 *
 * In every other build FAULT is nothing at all.
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
