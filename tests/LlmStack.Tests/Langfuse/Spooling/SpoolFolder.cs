namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>A directory for one test.</summary>
internal sealed class SpoolFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("llmstack-spool-");

    public string Path => _directory.FullName;

    /// <summary>The directory that the options name; not there yet.</summary>
    public string Spool => System.IO.Path.Combine(Path, "spool");

    public string[] Segments(string form = "") => Directory.Exists(Spool) ? Directory.GetFiles(Spool, form + "*.seg", SearchOption.AllDirectories) : [];

    /// <summary>What a process leaves that is killed now: its files as they are, and nobody who holds them.</summary>
    public string Crash()
    {
        string copy = System.IO.Path.Combine(Path, Guid.NewGuid().ToString("N"));
        foreach (string file in Segments())
        {
            string target = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(Spool, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);

            // The living process holds the lock that an ordinary copy would ask for.
            using FileStream to = File.Create(target);
            to.Write(ReadLocked(file));
        }

        return copy;
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static byte[] ReadLocked(string file)
    {
        using var cat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", file) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        cat.StandardOutput.BaseStream.CopyTo(bytes);
        cat.WaitForExit();
        return bytes.ToArray();
    }
}
