using System.Globalization;

namespace LlmStack.Langfuse.Spooling;

/// <summary>The folder of one project at one server, below the directory that the options name. Only this user may look into it.</summary>
internal sealed class SpoolDirectory
{
    private const string Extension = ".seg";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private readonly string _root;
    private readonly string _own;
    private readonly DriveInfo? _drive;
    private int _files;
    private long _used;
    private bool _isStale = true;

    /// <exception cref="IOException">It cannot be made, or not kept private.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made, or not kept private.</exception>
    public SpoolDirectory(string directory, SpoolIdentity identity)
    {
        _root = Path.GetFullPath(directory);
        _own = Path.Combine(_root, identity.ToString());
        Make();
        try
        {
            _drive = new DriveInfo(_own);
        }
        catch (ArgumentException)
        {
            // A share without a drive; its room is not asked about beforehand.
        }
    }

    /// <summary>The folder of this identity.</summary>
    public string Folder => _own;

    /// <summary>Whether it stood open to others and was closed.</summary>
    public bool WasOpen { get; private set; }

    /// <summary>Makes the folder again when somebody removed it.</summary>
    /// <exception cref="IOException">It cannot be made, or not kept private.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made, or not kept private.</exception>
    public void Restore()
    {
        if (!Directory.Exists(_own))
        {
            Make();
        }
    }

    /// <summary>Opens a segment for this process alone.</summary>
    /// <exception cref="IOException">Somebody has it, or there is no room.</exception>
    public static FileStream OpenFile(string path, FileMode mode, long preallocate)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            PreallocationSize = preallocate,
        };
        if (!OperatingSystem.IsWindows() && mode == FileMode.CreateNew)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Names sort by age.</summary>
    public string NewFile(string form, long unixMilliseconds, uint nonce) =>
        Path.Combine(_own, string.Create(CultureInfo.InvariantCulture, $"{form}-{unixMilliseconds:D14}-{Environment.ProcessId:D7}-{Interlocked.Increment(ref _files):D6}-{nonce:x8}{Extension}"));

    /// <summary>The segments of one form, oldest first.</summary>
    public string[] Files(string form)
    {
        string[] files = Directory.Exists(_own) ? Directory.GetFiles(_own, form + "-*" + Extension) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Whether a further segment keeps what all of this identity occupy within the bound. Looks at the disk once between two ticks, and before it says no.</summary>
    public bool HasRoomWithin(long maxBytes, int segmentBytes)
    {
        if (_isStale || _used + segmentBytes > maxBytes)
        {
            _used = UsedBytes();
            _isStale = false;
        }

        if (_used + segmentBytes > maxBytes)
        {
            return false;
        }

        _used += segmentBytes;
        return true;
    }

    /// <summary>Time has gone by: other processes may have come or gone.</summary>
    public void Forget() => _isStale = true;

    private long UsedBytes()
    {
        long sum = 0;
        foreach (FileInfo file in new DirectoryInfo(_own).EnumerateFiles("*" + Extension))
        {
            try
            {
                sum += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Delivered meanwhile.
            }
        }

        return sum;
    }

    /// <summary>Segments that nobody sends now: of other projects and servers below the same directory, and of other forms here.</summary>
    public int ForeignFiles(ReadOnlySpan<string> ownForms)
    {
        int count = 0;
        foreach (string folder in Directory.Exists(_root) ? Directory.GetDirectories(_root) : [])
        {
            try
            {
                foreach (string file in Directory.EnumerateFiles(folder, "*" + Extension))
                {
                    count += (folder == _own && IsOwn(Path.GetFileName(file), ownForms)) || IsHeld(file) ? 0 : 1;
                }
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                // Another user's; not ours to count.
            }
        }

        return count;
    }

    /// <summary>Whether the disk has room for that many bytes beyond what others may need at once.</summary>
    public bool HasRoomFor(long bytes)
    {
        try
        {
            return _drive is null || _drive.AvailableFreeSpace >= bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Whether a written byte may need new room when it is written again, as btrfs and ZFS do it.</summary>
    public bool CopiesOnWrite()
    {
        try
        {
            return _drive?.DriveFormat is "btrfs" or "zfs" or "bcachefs";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Make()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_own);
        }
        else
        {
            // One after the other: of folders in between, the mode would be anybody's.
            Directory.CreateDirectory(_root, OwnerOnly);
            Directory.CreateDirectory(_own, OwnerOnly);
            KeepPrivate();
        }
    }

    /// <summary>Whether a living process has it, this one included.</summary>
    private static bool IsHeld(string file)
    {
        try
        {
            OpenFile(file, FileMode.Open, 0).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // Or gone.
            return true;
        }
    }

    private static bool IsOwn(string name, ReadOnlySpan<string> forms)
    {
        foreach (string form in forms)
        {
            if (name.StartsWith(form + "-", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void KeepPrivate()
    {
        var folder = new DirectoryInfo(_own);
        if (folder.LinkTarget is { } target)
        {
            throw new IOException($"'{_own}' is a symbolic link to '{target}'; it must be a directory of its own, so that nobody else chooses where prompts are written");
        }

        if ((folder.UnixFileMode & Others) == 0)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(_own, OwnerOnly);
            WasOpen = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{_own}' is open to other users and cannot be closed ({exception.Message}); it must belong to the user of this process, with mode 0700", exception);
        }
    }
}
