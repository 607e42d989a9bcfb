using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Blocks of tools that the provider runs, and of kinds that are new.</summary>
internal static class AnthropicServerBlock
{
    public static readonly VendorBlock Blocks = new("anthropic.block", AnthropicThinking.Origin);

    /// <param name="block">The block as it began.</param>
    /// <param name="input">The input that came in pieces afterwards; null when none did.</param>
    public static AIContent ToContent(JsonElement block, string? input) => Blocks.ToContent(input is null ? block : WithInput(block, input));

    private static JsonElement WithInput(JsonElement block, string input)
    {
        using var buffer = new PooledBuffer(1024 + input.Length);
        Utf8JsonWriter writer = JsonWriterCache.Rent(buffer);
        writer.WriteStartObject();
        foreach (JsonProperty property in block.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (property.NameEquals("input"u8))
            {
                writer.WriteRawValue(input, skipInputValidation: true);
            }
            else
            {
                ValueWriter.WriteElement(writer, property.Value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        JsonWriterCache.Return(writer);
        try
        {
            using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // An input that was cut is no JSON; the block as it began is.
            return block;
        }
    }
}
