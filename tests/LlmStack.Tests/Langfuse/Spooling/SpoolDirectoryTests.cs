using LlmStack.Langfuse.Spooling;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>Whose eyes the files are for.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SpoolDirectoryTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly SpoolIdentity Identity = new(1);

    [Fact]
    public void Folders_and_files_are_for_the_process_user_alone()
    {
        using var folder = new SpoolFolder();
        var directory = new SpoolDirectory(folder.Spool, Identity);
        using SpoolSegment segment = SpoolSegment.Create(directory.NewFile("otlp", 1, 1), SpoolHeader.Plan(Identity, "otlp", 1, 1, 64 * 1024), mayReserve: true);

        Assert.Equal(Private, File.GetUnixFileMode(folder.Spool));
        Assert.Equal(Private, File.GetUnixFileMode(directory.Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(segment.Path));
        Assert.False(directory.WasOpen);
    }

    [Fact]
    public void A_folder_that_stands_open_is_closed_and_said()
    {
        using var folder = new SpoolFolder();
        string own = new SpoolDirectory(folder.Spool, Identity).Folder;
        File.SetUnixFileMode(own, Private | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);

        var again = new SpoolDirectory(folder.Spool, Identity);

        Assert.True(again.WasOpen);
        Assert.Equal(Private, File.GetUnixFileMode(own));
    }

    [Fact]
    public void A_directory_that_others_use_too_keeps_its_mode()
    {
        using var folder = new SpoolFolder();
        const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(folder.Spool);
        File.SetUnixFileMode(folder.Spool, Shared);

        _ = new SpoolDirectory(folder.Spool, Identity);

        Assert.Equal(Shared, File.GetUnixFileMode(folder.Spool));
    }

    [Fact]
    public void A_link_in_its_place_is_refused()
    {
        using var folder = new SpoolFolder();
        Directory.CreateDirectory(folder.Spool);
        string elsewhere = Directory.CreateDirectory(Path.Combine(folder.Path, "elsewhere")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(folder.Spool, Identity.ToString()), elsewhere);

        IOException error = Assert.Throws<IOException>(() => new SpoolDirectory(folder.Spool, Identity));

        Assert.Contains("symbolic link", error.Message, StringComparison.Ordinal);
        Assert.Contains(elsewhere, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_of_others_are_counted()
    {
        using var folder = new SpoolFolder();
        var own = new SpoolDirectory(folder.Spool, Identity);
        var other = new SpoolDirectory(folder.Spool, new SpoolIdentity(2));
        File.WriteAllText(own.NewFile("otlp", 1, 1), "");
        File.WriteAllText(own.NewFile("ingestion", 1, 1), "");
        File.WriteAllText(other.NewFile("otlp", 1, 1), "");

        Assert.Equal(2, own.ForeignFiles(["otlp", "scores"]));
    }

    [Fact]
    public void Identities_differ_by_key_and_server()
    {
        var server = new Uri("https://cloud.langfuse.com/api");
        SpoolIdentity[] identities =
        [
            SpoolIdentity.Of("pk-1", server), SpoolIdentity.Of("pk-2", server), SpoolIdentity.Of("pk-1", new Uri("https://us.cloud.langfuse.com/api")),
        ];

        Assert.Equal(3, identities.Distinct().Count());
        Assert.Equal(identities[0], SpoolIdentity.Of(" pk-1 ", new Uri("HTTPS://Cloud.Langfuse.com/api")));
        Assert.DoesNotContain("pk-1", identities[0].ToString(), StringComparison.Ordinal);
    }
}
