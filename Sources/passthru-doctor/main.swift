import DoctorCommands
import Glibc

exit(runPassthruDoctor(Array(CommandLine.arguments.dropFirst())))
