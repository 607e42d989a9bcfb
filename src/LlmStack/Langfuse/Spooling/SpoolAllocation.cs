using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmStack.Langfuse.Spooling;

/// <summary>Room on the disk for every byte of a file: asked for where the file system says whether it gave it, else by writing them.</summary>
internal static partial class SpoolAllocation
{
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotSupported = 95;

    /// <summary>Makes the file that long, with room for every byte; false where this cannot be asked for, and it must be written to have room.</summary>
    /// <remarks>.NET's own preallocation does not say when a file system ignored it.</remarks>
    /// <exception cref="IOException">There is no room.</exception>
    public static bool TryAllocate(SafeFileHandle file, string path, int length)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return false;
        }

        int error = 0;
        do
        {
            if (Allocate(file, 0, 0, length) == 0)
            {
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        return error is InvalidArgument or NotImplemented or NotSupported
            ? false
            : throw new IOException($"There is no room for '{path}': {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Writes every byte from <paramref name="start"/> on: what was written has its room.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    public static void WriteZeros(SafeFileHandle file, int start, int end)
    {
        byte[] zeros = new byte[Math.Min(end, 128 * 1024)];
        for (int at = start; at < end; at += zeros.Length)
        {
            RandomAccess.Write(file, zeros.AsSpan(0, Math.Min(zeros.Length, end - at)), at);
        }
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
