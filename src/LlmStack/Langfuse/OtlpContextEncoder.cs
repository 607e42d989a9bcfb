using System.Buffers.Binary;
using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>
/// The attributes every span of a trace repeats, encoded once for each <see cref="LlmContext"/> and copied from then on.
/// </summary>
/// <remarks>The bytes hold the length of the tags (4 bytes), the items of the tags, then finished attributes. Tags stay apart because a call adds its deployment.</remarks>
internal static class OtlpContextEncoder
{
    private const int Prefix = sizeof(int);

    /// <summary>The items of the array of tags; empty when there are none.</summary>
    public static ReadOnlySpan<byte> Tags(ReadOnlySpan<byte> encoded) => encoded.Slice(Prefix, BinaryPrimitives.ReadInt32LittleEndian(encoded));

    /// <summary>The other attributes.</summary>
    public static ReadOnlySpan<byte> Attributes(ReadOnlySpan<byte> encoded) => encoded[(Prefix + BinaryPrimitives.ReadInt32LittleEndian(encoded))..];

    public static ReadOnlySpan<byte> Get(LlmContext context)
    {
        ContextCache? cache = context.Cache;

        // A `with` copy carries the field of its original along.
        if (cache is null || !ReferenceEquals(cache.Owner, context))
        {
            context.Cache = cache = new ContextCache(context, Encode(context));
        }

        return cache.Bytes;
    }

    private static byte[] Encode(LlmContext context)
    {
        var tagWriter = new ProtoWriter(new HeapBatchBuffer(512));
        WriteTags(ref tagWriter, context);
        var writer = new ProtoWriter(new HeapBatchBuffer(1024));
        WriteAttributes(ref writer, context);

        byte[] encoded = new byte[Prefix + tagWriter.Written + writer.Written];
        BinaryPrimitives.WriteInt32LittleEndian(encoded, tagWriter.Written);
        tagWriter.WrittenBytes.CopyTo(encoded.AsSpan(Prefix));
        writer.WrittenBytes.CopyTo(encoded.AsSpan(Prefix + tagWriter.Written));
        return encoded;
    }

    private static void WriteTags(ref ProtoWriter writer, LlmContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (!context.Tags.IsDefault)
        {
            foreach (string tag in context.Tags)
            {
                WriteTag(ref writer, seen, tag);
            }
        }

        WriteTag(ref writer, seen, Labelled("feature", context.Feature));
        WriteTag(ref writer, seen, Labelled("surface", context.Surface));
        WriteTag(ref writer, seen, Labelled("experiment", context.Experiment));
    }

    private static string? Labelled(string label, string? value) => string.IsNullOrEmpty(value) ? null : $"{label}:{value}";

    private static void WriteTag(ref ProtoWriter writer, HashSet<string> seen, string? tag)
    {
        if (string.IsNullOrWhiteSpace(tag))
        {
            return;
        }

        // The server takes a comma for the end of a tag.
        string clean = tag.Replace(',', ' ');
        if (seen.Add(clean))
        {
            writer.ArrayItem(clean);
        }
    }

    private static void WriteAttributes(ref ProtoWriter writer, LlmContext context)
    {
        Text(ref writer, "langfuse.trace.name"u8, context.TraceName);
        Text(ref writer, "user.id"u8, context.UserId);
        Text(ref writer, "session.id"u8, context.SessionId);
        Text(ref writer, "langfuse.version"u8, context.Version);
        if (context.Public)
        {
            writer.Attribute("langfuse.trace.public"u8, value: true);
        }

        Text(ref writer, "langfuse.trace.metadata.team"u8, context.Team);
        Text(ref writer, "langfuse.trace.metadata.project"u8, context.Project);
        Text(ref writer, "langfuse.trace.metadata.route"u8, context.Route);
        Text(ref writer, "langfuse.trace.metadata.feature"u8, context.Feature);
        Text(ref writer, "langfuse.trace.metadata.surface"u8, context.Surface);
        Text(ref writer, "langfuse.trace.metadata.experiment"u8, context.Experiment);
        Text(ref writer, "langfuse.trace.metadata.query_type"u8, context.QueryType);
        Text(ref writer, "langfuse.trace.metadata.ranking_pipeline"u8, context.RankingPipeline);
        Text(ref writer, "langfuse.trace.metadata.prompt_variant"u8, context.PromptVariant);
        foreach (KeyValuePair<string, string> entry in context.Metadata)
        {
            if (entry.Key.Length > 0 && entry.Value is not null && !IsTaken(context, entry.Key))
            {
                writer.Attribute("langfuse.trace.metadata."u8, entry.Key, entry.Value);
            }
        }
    }

    /// <summary>Whether a field of the context has written this key: an attribute must not be there twice.</summary>
    private static bool IsTaken(LlmContext context, string key) => key switch
    {
        "team" => context.Team,
        "project" => context.Project,
        "route" => context.Route,
        "feature" => context.Feature,
        "surface" => context.Surface,
        "experiment" => context.Experiment,
        "query_type" => context.QueryType,
        "ranking_pipeline" => context.RankingPipeline,
        "prompt_variant" => context.PromptVariant,
        _ => null,
    } is { Length: > 0 };

    private static void Text(ref ProtoWriter writer, ReadOnlySpan<byte> key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.Attribute(key, value);
        }
    }
}
