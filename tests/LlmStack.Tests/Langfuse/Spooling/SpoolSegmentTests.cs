using System.Text;
using CsCheck;
using LlmStack.Langfuse.Spooling;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>The file format: what is read back after anything that may happen to a file.</summary>
public sealed class SpoolSegmentTests : IDisposable
{
    private const string Form = "otlp";
    private const int Length = SpoolHeader.Size + 1_700;
    private const int Records = 5;
    private static readonly SpoolIdentity Identity = new(42);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("llmstack-spool-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Records_are_read_back_in_order_with_their_times()
    {
        using SpoolSegment segment = Open(Bytes());

        Assert.Equal(Records, segment.Committed);
        Assert.Equal(Enumerable.Range(0, Records).Select(static i => (Text(i), 1_000L + i)), Read(segment));
    }

    [Fact]
    public void The_position_is_remembered()
    {
        using SpoolSegment segment = Open(Bytes(settled: 3));

        Assert.Equal(3, segment.Position);
    }

    [Fact]
    public void Cut_at_any_byte_whole_records_are_read_and_others_are_not()
    {
        byte[] whole = Bytes();
        SpoolHeader.TryRead(whole, out SpoolHeader header);
        string path = Write(whole);
        for (int length = whole.Length - 1; length >= 0; length--)
        {
            using (FileStream file = File.OpenWrite(path))
            {
                file.SetLength(length);
            }

            SpoolOpening opening = SpoolSegment.TryOpen(path, Identity, Form, out SpoolSegment? segment);
            using (segment)
            {
                Assert.Equal(length == 0 ? SpoolOpening.Empty : length < 80 ? SpoolOpening.Unreadable : SpoolOpening.Opened, opening);
                int expected = 0;
                int end = header.DataOffset;
                while (expected < Records && length >= end + Text(expected).Length)
                {
                    end += Text(expected++).Length;
                }

                if (segment is not null)
                {
                    List<(string Text, long Time)> read = Read(segment);
                    Assert.Equal(expected, read.Count);
                    Assert.All(read, (record, i) => Assert.Equal(Text(i), record.Text));
                }
            }
        }
    }

    [Fact]
    public void Flipped_bytes_cost_the_records_they_lie_in_and_no_other()
    {
        byte[] whole = Bytes();
        SpoolHeader.TryRead(whole, out SpoolHeader header);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Array[1, 4].Sample(flips =>
        {
            byte[] bytes = [.. whole];
            foreach ((int at, byte mask) in flips)
            {
                bytes[at] ^= mask;
            }

            string path = Write(bytes);
            SpoolOpening opening = SpoolSegment.TryOpen(path, Identity, Form, out SpoolSegment? segment);
            using (segment)
            {
                if (opening != SpoolOpening.Opened)
                {
                    // Both copies of the header must have been hit.
                    Assert.Contains(flips, static flip => flip.Item1 < 80);
                    Assert.Contains(flips, static flip => flip.Item1 is >= 1024 and < 1104);
                }
                else
                {
                    HashSet<string> read = [.. Read(segment!).Select(static record => record.Text)];
                    for (int i = 0; i < Records; i++)
                    {
                        Assert.Equal(!IsHit(i, header, flips.Select(static flip => flip.Item1), bytes, whole), read.Contains(Text(i)));
                    }

                    Assert.All(read, static text => Assert.StartsWith("record ", text, StringComparison.Ordinal));
                }
            }

            File.Delete(path);
        }, iter: 500, threads: 1);
    }

    [Theory]
    [InlineData(43, Form)]
    [InlineData(42, "ingestion")]
    public void A_segment_of_somebody_else_is_not_opened(int identity, string form)
    {
        string path = Write(Bytes());

        Assert.Equal(SpoolOpening.Foreign, SpoolSegment.TryOpen(path, new SpoolIdentity((UInt128)identity), form, out SpoolSegment? segment));
        Assert.Null(segment);
    }

    [Fact]
    public void A_segment_of_another_version_is_left_alone()
    {
        byte[] bytes = Bytes();
        bytes[8]++;
        bytes[1024 + 8]++;

        Assert.Equal(SpoolOpening.Unreadable, SpoolSegment.TryOpen(Write(bytes), Identity, Form, out _));
    }

    [Fact]
    public void A_segment_in_use_is_busy_and_a_finished_one_gone()
    {
        string path = Write(Bytes());
        Assert.Equal(SpoolOpening.Opened, SpoolSegment.TryOpen(path, Identity, Form, out SpoolSegment? first));
        Assert.Equal(SpoolOpening.Busy, SpoolSegment.TryOpen(path, Identity, Form, out _));

        first!.Delete();

        Assert.Equal(SpoolOpening.Gone, SpoolSegment.TryOpen(path, Identity, Form, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024)]
    public void What_its_maker_never_wrote_a_header_to_is_removed_by_whoever_opens_it(int zeros)
    {
        string path = Path.Combine(_directory.FullName, "otlp-empty.seg");
        File.WriteAllBytes(path, new byte[zeros]);

        Assert.Equal(SpoolOpening.Empty, SpoolSegment.TryOpen(path, new SpoolIdentity(42), "otlp", out SpoolSegment? segment));
        Assert.Null(segment);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_record_whose_writer_was_killed_before_it_counted_is_no_damage()
    {
        byte[] bytes = Bytes();

        // Offset, length, time and checksum of a sixth record are written, the slot's own check is not.
        bytes.AsSpan(SpoolHeader.Size + (4 * SpoolHeader.SlotSize), 20).CopyTo(bytes.AsSpan(SpoolHeader.Size + (5 * SpoolHeader.SlotSize)));
        using SpoolSegment segment = Open(bytes);

        Assert.Equal(Records, segment.Committed);
    }

    [Fact]
    public void Bytes_of_another_segment_are_not_taken_for_records()
    {
        byte[] one = Bytes(nonce: 1);
        byte[] other = Bytes(nonce: 2);
        one.AsSpan(SpoolHeader.Size).CopyTo(other.AsSpan(SpoolHeader.Size));
        using SpoolSegment segment = Open(other);

        Assert.Empty(Read(segment));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_byte_is_allocated_before_it_is_mapped(bool mayReserve)
    {
        string path = Path.Combine(_directory.FullName, "allocated.seg");
        using SpoolSegment segment = SpoolSegment.Create(path, SpoolHeader.Plan(Identity, Form, 0, 7, 1024 * 1024), mayReserve);
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b %B", path]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        long[] blocks = [.. stat.StandardOutput.ReadToEnd().Split(' ').Select(static text => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];

        Assert.InRange(blocks[0] * blocks[1], 1024 * 1024, long.MaxValue);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_new_segment_is_written_to_whether_it_was_prepared_or_not(bool prepared)
    {
        string path = Path.Combine(_directory.FullName, "new.seg");
        using (SpoolSegment segment = SpoolSegment.Create(path, SpoolHeader.Plan(Identity, Form, 999, 7, Length), mayReserve: true))
        {
            if (prepared)
            {
                segment.Prepare();
            }

            segment.Pin();
            Write(segment);
        }

        using SpoolSegment again = Open(File.ReadAllBytes(path));
        Assert.Equal(Enumerable.Range(0, Records).Select(static i => (Text(i), 1_000L + i)), Read(again));
    }

    [Fact]
    public void A_new_segment_that_nobody_wrote_to_holds_nothing()
    {
        string path = Path.Combine(_directory.FullName, "empty.seg");
        SpoolSegment.Create(path, SpoolHeader.Plan(Identity, Form, 999, 7, Length), mayReserve: true).Dispose();

        Assert.Equal(SpoolOpening.Opened, SpoolSegment.TryOpen(path, Identity, Form, out SpoolSegment? segment));
        using (segment)
        {
            Assert.Equal((0, 0), (segment!.Committed, segment.Position));
        }
    }

    private static void Write(SpoolSegment segment)
    {
        for (int i = 0; i < Records; i++)
        {
            byte[] record = Encoding.ASCII.GetBytes(Text(i));
            record.CopyTo(segment.Free);
            segment.Commit(record.Length, 1_000 + i);
        }
    }

    private static string Text(int record) => $"record {record} " + new string((char)('a' + record), 40 * record);

    private static bool IsHit(int record, in SpoolHeader header, IEnumerable<int> flips, byte[] bytes, byte[] whole)
    {
        int slot = SpoolHeader.Size + (record * SpoolHeader.SlotSize);
        int offset = header.DataOffset + Enumerable.Range(0, record).Sum(static i => Text(i).Length);
        return flips.Any(at => bytes[at] != whole[at] && ((at >= slot && at < slot + SpoolHeader.SlotSize) || (at >= offset && at < offset + Text(record).Length)));
    }

    private static List<(string Text, long Time)> Read(SpoolSegment segment)
    {
        List<(string, long)> read = [];
        segment.Pin();
        for (int i = segment.Position; i < segment.Committed; i++)
        {
            if (segment.TryRead(i, out int offset, out int length, out long time))
            {
                read.Add((Encoding.ASCII.GetString(segment.Bytes(offset, length).Span), time));
            }
        }

        segment.Unpin();
        return read;
    }

    private byte[] Bytes(int settled = 0, uint nonce = 7)
    {
        string path = Path.Combine(_directory.FullName, Guid.NewGuid().ToString("N"));
        using (SpoolSegment segment = SpoolSegment.Create(path, SpoolHeader.Plan(Identity, Form, 999, nonce, Length), mayReserve: true))
        {
            segment.Pin();
            Write(segment);
            if (settled > 0)
            {
                segment.Settle(settled);
            }
        }

        return File.ReadAllBytes(path);
    }

    private string Write(ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(_directory.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private SpoolSegment Open(ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(SpoolOpening.Opened, SpoolSegment.TryOpen(Write(bytes), Identity, Form, out SpoolSegment? segment));
        return segment!;
    }
}
