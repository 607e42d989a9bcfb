using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Writes a body of <c>multipart/form-data</c>.</summary>
internal sealed class MultipartBody : IDisposable
{
    // Random, so that no file can hold it; nothing else depends on it.
    private readonly string _boundary = $"llmstack-{Guid.NewGuid():N}";

    public PooledBuffer Buffer { get; } = new();

    public string MediaType => $"multipart/form-data; boundary={_boundary}";

    public void AddText(string name, string value)
    {
        Head(name, fileName: null, mediaType: null);
        Write(value);
        Write("\r\n");
    }

    public void AddFile(string name, string fileName, string mediaType, ReadOnlySpan<byte> content)
    {
        Head(name, fileName, mediaType);
        Buffer.Write(content);
        Write("\r\n");
    }

    /// <summary>Adds what the caller put among the further fields; media become files, and lists a field for each entry.</summary>
    public void AddFields(AdditionalPropertiesDictionary? properties, Func<string, bool> written)
    {
        if (properties is null)
        {
            return;
        }

        foreach (KeyValuePair<string, object?> property in properties)
        {
            if (ExtraFields.IsOwn(property.Key) || property.Value is null)
            {
                continue;
            }

            if (written(property.Key))
            {
                throw ErrorFactory.Unsupported($"AdditionalProperties['{property.Key}']: the field is already set by the call itself; set one of the two.");
            }

            AddField(property.Key, property.Value);
        }
    }

    /// <summary>Ends the body; nothing may be added afterwards.</summary>
    public void End() => Write($"--{_boundary}--\r\n");

    public void Dispose() => Buffer.Dispose();

    private void AddField(string name, object value)
    {
        switch (value)
        {
            case string text:
                AddText(name, text);
                break;
            case bool flag:
                AddText(name, flag ? "true" : "false");
                break;
            case int or long or float or double or decimal:
                AddText(name, ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case DataContent data:
                AddFile(name, string.IsNullOrEmpty(data.Name) ? name : data.Name, data.MediaType, data.Data.Span);
                break;
            case IEnumerable<string> texts:
                foreach (string text in texts)
                {
                    AddText(name + "[]", text);
                }

                break;
            default:
                throw ErrorFactory.Unsupported($"AdditionalProperties['{name}']: a value of type {value.GetType().Name} cannot be written as a form field; allowed are text, bool, numbers, DataContent and lists of texts.");
        }
    }

    private void Head(string name, string? fileName, string? mediaType)
    {
        Write($"--{_boundary}\r\nContent-Disposition: form-data; name=\"{Quote(name)}\"");
        if (fileName is not null)
        {
            Write($"; filename=\"{Quote(fileName)}\"\r\nContent-Type: {mediaType}");
        }

        Write("\r\n\r\n");
    }

    /// <summary>As browsers do, so that no name can end its header.</summary>
    private static string Quote(string name) =>
        name.Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal);

    private void Write(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Buffer.GetSpan(length));
        Buffer.Advance(length);
    }
}
