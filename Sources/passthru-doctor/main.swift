import DoctorCommands
import Glibc

exit(runPassthruDoctor())
