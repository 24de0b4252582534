"""The office's rules and records. Imports none of the other packages.

One Vietnamese term, one English noun, everywhere:

    hồ sơ dossier · thủ tục procedure · trường hợp case · thành phần component · trang page · bản quét scan
    người nộp applicant · người được ủy quyền authorised person · cán bộ officer · lãnh đạo leader · văn thư clerk
    giấy tiếp nhận và hẹn trả slip · kết quả result · ngày hẹn trả due date · lệ phí, phí fee · biên lai receipt of money
    sổ book · số number · dải số được cấp grant · dấu seal · chữ ký signature · dấu thời gian time-stamp
    bản nháp draft · sổ cái ledger · sự kiện event · đời máy incarnation · đầu sổ head · tệp file
    tỉnh đã nhận acknowledged by the province (with a signed receipt) · dòng xuống feed
"""
