using System.Globalization;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The bodies of image calls.</summary>
internal static class ImageWire
{
    public static PooledBuffer Write(ImageFields fields) => JsonBody.Write(fields, static (writer, fields) =>
    {
        writer.WriteString("prompt"u8, fields.Prompt);
        writer.WriteString("model"u8, fields.Model);
        if (fields.Count is { } count)
        {
            writer.WriteNumber("n"u8, count);
        }

        WriteText(writer, "size", fields.Size);
        WriteText(writer, "output_format", fields.OutputFormat);
        WriteText(writer, "response_format", fields.ResponseFormat);
        ExtraFields.Write(writer, fields.More, fields, static (own, key) => own.Has(key), static (_, _) => false);
    });

    public static MultipartBody WriteEdit(ImageFields fields, IEnumerable<AIContent> images)
    {
        var body = new MultipartBody();
        try
        {
            body.AddText("prompt", fields.Prompt);
            body.AddText("model", fields.Model);
            AddText(body, "n", fields.Count?.ToString(CultureInfo.InvariantCulture));
            AddText(body, "size", fields.Size);
            AddText(body, "output_format", fields.OutputFormat);
            AddText(body, "response_format", fields.ResponseFormat);
            body.AddFields(fields.More, fields.Has);
            IReadOnlyList<AIContent> all = images as IReadOnlyList<AIContent> ?? [.. images];
            for (int i = 0; i < all.Count; i++)
            {
                var image = (DataContent)all[i];
                string name = string.IsNullOrEmpty(image.Name) ? string.Create(CultureInfo.InvariantCulture, $"image{i}.{image.MediaType["image/".Length..]}") : image.Name;
                body.AddFile(all.Count == 1 ? "image" : "image[]", name, image.MediaType, image.Data.Span);
            }

            body.End();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public static ImageGenerationResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new ImageDocument();
        BodyCheck.Read(body, document, http, call);
        if (document.HasError || document.Images.Count == 0)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "data", http, call);
        }

        call.Report.ReportedCost = document.ReportedCost ?? call.Report.ReportedCost;
        ImageCapture.Output(call.Capture, document.Images);
        return new ImageGenerationResponse(document.Images) { Usage = document.Usage };
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void AddText(MultipartBody body, string name, string? value)
    {
        if (value is not null)
        {
            body.AddText(name, value);
        }
    }
}
